/** The same numbers with room for so many; zeros behind them. */
export function enlarged<T extends Uint8Array | Int32Array | Float64Array>(numbers: T, length: number): T {
  const larger = new (numbers.constructor as new (length: number) => T)(length);
  larger.set(numbers);
  return larger;
}
