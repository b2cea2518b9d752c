// Keys that belong to the browser, whatever has the focus: it zooms the page with Ctrl and + or -, and goes back with Alt and ←.
export function isOfBrowser(event: KeyboardEvent): boolean {
  return event.ctrlKey || event.altKey || event.metaKey;
}
