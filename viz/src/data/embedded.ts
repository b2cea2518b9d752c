// The data that `polyplane report` put into the page: base64 text, or null in the page as it was built (the explorer).
export function embeddedText(page: Document): string | null {
  const element = page.getElementById("polyplane-data");
  const text = element instanceof HTMLTemplateElement ? (element.content.textContent ?? "").trim() : "";
  return text === "" || text.startsWith("@@") ? null : text;
}
