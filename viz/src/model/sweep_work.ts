// Which variables of a sweep say what is to be done, rather than with what: points that differ in these are not rivals.
export function isWork(key: string): boolean {
  return /(^|\.)(sizes?|collective|ranks|tokens|datatype)(\[\d+\])?$/.test(key);
}
