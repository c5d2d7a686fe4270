/** What a reader would not see: white space, controls, and characters that only steer how others are drawn. */
const invisible = /^[\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u;

/** The specification refuses plain white space; this refuses whatever else shows as nothing. */
export function isBlank(text: string): boolean {
  return invisible.test(text);
}

/** A name stands in one line among other text: nothing in it may break the line or turn its direction. */
export function tidyName(name: string): string {
  return name
    .replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
