export interface Gateways {
  /** The address to connect to. */
  choose(urls: readonly string[]): string;
  /** It failed, or is about to go. */
  avoid(url: string): void;
  /** Whoever went away named it. */
  prefer(url: string | undefined): void;
  /** All is well: what was is forgotten. */
  forget(): void;
}

/** Remembers which gateways failed lately: they come last, the latest at the very end. */
export function createGateways(choose: (urls: readonly string[]) => string): Gateways {
  let failed: string[] = [];
  let preferred: string | undefined;

  function order(urls: readonly string[]): string[] {
    const rank = (url: string) => (url === preferred ? -2 : failed.indexOf(url));
    const offered = preferred === undefined ? urls : [preferred, ...urls];
    return [...new Set(offered)].sort((one, other) => rank(one) - rank(other));
  }

  return {
    choose: (urls) => choose(order(urls)),
    avoid(url) {
      failed = [...failed.filter((each) => each !== url), url];
      if (preferred === url) preferred = undefined;
    },
    prefer: (url) => void (preferred = url),
    forget() {
      failed = [];
      preferred = undefined;
    },
  };
}

/** The protocol's version is part of the address. */
export function versioned(url: string): string {
  const address = new URL(url);
  if (!address.searchParams.has('v')) address.searchParams.set('v', '1');
  return address.href;
}
