import { describe, expect, it } from "vitest";
import { bitRate, bytes, bytesShort, change, count, dollars, percent, rate, short, significant, time, timeShort, watts } from "./numbers";

describe("numbers", () => {
  it("groups thousands and keeps four places", () => {
    expect(count(16384)).toBe("16,384");
    expect(count(0)).toBe("0");
    expect(count(1234567.25)).toBe("1,234,567.25");
    expect(count(-1000)).toBe("-1,000");
    expect(count(Number.NaN)).toBe("–");
  });

  it("keeps significant digits", () => {
    expect(significant(303.8097653739522)).toBe("303.8");
    expect(significant(0.012345)).toBe("0.01235");
    expect(significant(99999.6)).toBe("100,000");
    expect(significant(9.9996)).toBe("10.00");
    expect(significant(1e20)).toBe("1.000e+20");
    expect(significant(0)).toBe("0");
    expect(significant(Number.POSITIVE_INFINITY)).toBe("–");
  });

  it("writes sizes by powers of 1024, as nccl-tests", () => {
    expect(bytes(17179869184)).toBe("16 GiB");
    expect(bytes(1536)).toBe("1.5 KiB");
    expect(bytes(1023)).toBe("1,023 B");
    expect(bytesShort(1 << 20)).toBe("1M");
    expect(bytesShort(512)).toBe("512");
  });

  it("chooses the unit of a time from picoseconds", () => {
    expect(time(113041004820)).toBe("113.0 ms");
    expect(time(999)).toBe("999.0 ps");
    expect(time(34.59e6)).toBe("34.59 µs");
    expect(time(14710736188747)).toBe("14.71 s");
    expect(time(0)).toBe("0 s");
    expect(timeShort(1e7)).toBe("10 µs");
    expect(timeShort(0)).toBe("0");
  });

  it("writes rates, shares, changes, money and power", () => {
    expect(rate(303.8097653739522)).toBe("303.8 GB/s");
    expect(bitRate(4e11)).toBe("400 Gb/s");
    expect(bitRate(1.8e12)).toBe("1.8 Tb/s");
    expect(percent(0.734)).toBe("73.4 %");
    expect(percent(1)).toBe("100 %");
    expect(change(-0.0778498694232614)).toBe("−7.78 %");
    expect(change(0.05)).toBe("+5 %");
    expect(change(-2.08e-10)).toBe("−<0.001 %");
    expect(change(0)).toBe("+0 %");
    expect(dollars(12590000)).toBe("$12.59 M");
    expect(watts(311300)).toBe("311.3 kW");
    expect(short(0.5)).toBe("0.5");
  });
});
