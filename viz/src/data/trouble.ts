export type Trouble =
  | "empty"
  | "tooLarge"
  | "notGzip"
  | "notJson"
  | "noSchema"
  | "otherSchema"
  | "notRecording"
  | "noReport"
  | "oldBrowser"
  | "text"
  | "storeElsewhere"
  | "storeUnderWay"
  | "storeVersion"
  | "storeDamaged"
  | "notStore";

// Why a file cannot be shown; `detail` is the unknown schema or what the reader said.
export class CannotRead extends Error {
  constructor(
    readonly trouble: Trouble,
    readonly detail = "",
  ) {
    super(`${trouble} ${detail}`);
  }
}
