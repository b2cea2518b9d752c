import { expect, it } from "vitest";
import { light } from "./palette";
import { escapeXml, svgFile } from "./picture";

it("leaves no markup and no forbidden character in text", () => {
  expect(escapeXml(`<img onerror="x">&'`)).toBe("&#60;img onerror=&#34;x&#34;&#62;&#38;&#39;");
  expect(escapeXml("a\u0000b\u001bc\ud800d\ttab 😀 中")).toBe("abcd\ttab 😀 中");
});

it("makes a file of its own: title, picture, legend, origin", () => {
  const svg = svgFile(
    { width: 400, height: 100, markup: "<path d='M0 0'/>" },
    "</svg><script>alert(1)</script>",
    [
      { label: "a & b", colour: "#123456", dash: "2 3" },
      { label: "hatched", colour: "#123456", fill: "hatch" },
    ],
    "polyplane 0.1.0",
    light,
  );
  expect(svg).not.toContain("<script");
  expect(svg.match(/<svg/g)).toHaveLength(1);
  expect(svg).toContain("a &#38; b");
  expect(svg).toContain('width="432"');
  expect(svg).toContain("<path d='M0 0'/>");
});
