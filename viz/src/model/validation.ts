// Simulated times beside measured ones, as polyplane validate prints them.

import type { Value } from "@bufbuild/protobuf/wkt";
import type { Recording, ValidateReport, ValidateReport_Row, ValidateReport_System } from "../schema";

export interface ValidatedPoint {
  system: number; // index into systems
  row: ValidateReport_Row;
}

export interface Validation {
  report: ValidateReport;
  systems: readonly ValidateReport_System[];
  points: ValidatedPoint[]; // with both times
  within2: number; // points between half and twice the measured time
}

export function validations(recordings: readonly Recording[]): Validation[] {
  return recordings.flatMap(({ result }) => {
    if (result.case !== "validate") return [];
    const { systems } = result.value;
    const points = systems.flatMap(({ results }, system) =>
      results.filter((row) => row.measuredUs > 0 && row.simulatedUs > 0).map((row) => ({ system, row })),
    );
    if (points.length === 0) return [];
    const within2 = points.filter(({ row }) => Math.abs(Math.log(row.simulatedUs / row.measuredUs)) <= Math.LN2).length;
    return [{ report: result.value, systems, points, within2 }];
  });
}

// An error as the factor between the two times: exp of the logarithm that the document states.
export function factorOf(logError: Value | number | undefined): number | null {
  const value = typeof logError === "number" ? logError : logError?.kind.case === "numberValue" ? logError.kind.value : null;
  return value === null ? null : Math.exp(value);
}
