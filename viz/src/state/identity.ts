// A number for each object, for keys of components: what a reader chose in a recording goes when the recording is closed, and
// is not taken over by the next one in its place.
const numbers = new WeakMap<object, number>();
let next = 0;

export function identity(of: object): number {
  let number = numbers.get(of);
  if (number === undefined) numbers.set(of, (number = next++));
  return number;
}
