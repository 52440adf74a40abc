import type { Status } from './status';

/** Whether the router keeps values beyond its end; null if we may not know. */
export function keepsValues(status: Status | null): boolean | null {
  return status === null ? null : typeof (status as { persistence?: unknown }).persistence === 'object';
}

/** Changes of documents that were not saved, by address, while the page is open. */
const drafts = new Map<string, unknown>();

export function draftOf<T>(address: string): T | undefined {
  return drafts.get(address) as T | undefined;
}

/** @param draft undefined: there is none any more */
export function keepDraft(address: string, draft: unknown): void {
  if (draft === undefined) {
    drafts.delete(address);
  } else {
    drafts.set(address, draft);
  }
}

/** Under which {@link keepDraft} has the changes of a bridge; `+` for one that is not there yet. */
export function draftKeyOf(bridge: string): string {
  return `bridge ${bridge}`;
}

/** Hands a text to the user as a file. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name that is free, like the one that is wanted. */
export function freeName(wanted: string, taken: (name: string) => boolean): string {
  const clean = wanted.replace(/[/*\p{Cc}]/gu, ' ').trim().slice(0, 56) || 'new';
  if (!taken(clean)) {
    return clean;
  }
  let i = 2;
  while (taken(`${clean} ${i}`)) {
    i++;
  }
  return `${clean} ${i}`;
}
