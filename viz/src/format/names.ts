// Names of recordings may hold anything. On the page control characters become visible pictures, text of either direction
// keeps to its own place, and what is very long is cut.

const most = 160;

export function shown(name: string, length = most): string {
  const visible = name.replace(/[\u0000-\u001f\u007f]/g, (c) => String.fromCharCode(c === "\u007f" ? 0x2421 : 0x2400 + c.charCodeAt(0)));
  const characters = [...visible];
  const cut = characters.length > length ? `${characters.slice(0, length - 1).join("")}…` : visible;
  return isolated(cut);
}

// Inside a sentence, where no element can mark it (Unicode's first strong isolate); plain names are left as they are.
function isolated(text: string): string {
  return /^[\u0020-\u007e\u00a0-\u024f\u4e00-\u9fff]*$/.test(text) ? text : `\u2068${text.replace(/[\u202a-\u202e\u2066-\u2069]/g, "")}\u2069`;
}
