// What the reader chose (language, theme), kept by the browser where it keeps anything for a page from disk.

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`polyplane.${key}`);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`polyplane.${key}`, value);
  } catch {
    // Storage may be switched off; the choice then lasts as long as the page.
  }
}
