import { expect, it } from "vitest";
import { csv } from "./table";

const columns = [
  { key: "name", label: "Name" },
  { key: "time_us", label: "Time" },
];

it("writes numbers unrounded, empty for what is absent, and quotes what needs it", () => {
  const rows = [
    ["a,b", 113041.00482],
    ['say "x"', null],
    ["two\nlines", 0.1 + 0.2],
  ];
  expect(csv({ columns, rows })).toBe('name,time_us\r\n"a,b",113041.00482\r\n"say ""x""",\r\n"two\nlines",0.30000000000000004\r\n');
});

it("gives a spreadsheet no formula", () => {
  const rows = ["=1+1", "+1", "-1", "@x", "\tx"].map((text) => [text, -1]);
  expect(csv({ columns, rows }).split("\r\n").slice(1, 6)).toEqual(["'=1+1,-1", "'+1,-1", "'-1,-1", "'@x,-1", "'\tx,-1"]);
});
