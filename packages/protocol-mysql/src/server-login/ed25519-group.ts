import { littleEndian } from "./little-endian.ts";

const PRIME = 2n ** 255n - 19n;
/** How many points the base generates. */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
/** -121665/121666, the curve's constant. */
const D = modulo(-121665n * inverse(121666n));
const BASE_X = 15112221349535400772501151409588531511454012693041857206046113283949847762202n;
const BASE_Y = 46316835694926478169428394003475163141307993866256225615783033603165251855960n;

/** A point in extended coordinates: x = X/Z, y = Y/Z, x·y = T/Z. */
interface Point {
  readonly X: bigint;
  readonly Y: bigint;
  readonly Z: bigint;
  readonly T: bigint;
}

const identity: Point = { X: 0n, Y: 1n, Z: 1n, T: 0n };
const base: Point = { X: BASE_X, Y: BASE_Y, Z: 1n, T: modulo(BASE_X * BASE_Y) };

/** So many times the base point of Ed25519, as RFC 8032 writes points. */
export function multiplyBase(scalar: bigint): Buffer {
  let sum = identity;
  let power = base;
  for (let left = scalar; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return encode(sum);
}

/** RFC 8032 5.1.4; it holds for doubling too. */
function add(p: Point, q: Point): Point {
  const a = modulo((p.Y - p.X) * (q.Y - q.X));
  const b = modulo((p.Y + p.X) * (q.Y + q.X));
  const c = modulo(2n * D * p.T * q.T);
  const d = modulo(2n * p.Z * q.Z);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return { X: modulo(e * f), Y: modulo(g * h), Z: modulo(f * g), T: modulo(e * h) };
}

function encode({ X, Y, Z }: Point): Buffer {
  const unit = inverse(Z);
  const x = modulo(X * unit);
  const y = modulo(Y * unit);
  return littleEndian(y | ((x & 1n) << 255n));
}

function modulo(value: bigint): bigint {
  const rest = value % PRIME;
  return rest < 0n ? rest + PRIME : rest;
}

/** By Fermat: the power to the prime less two. */
function inverse(value: bigint): bigint {
  let result = 1n;
  let square = modulo(value);
  for (let left = PRIME - 2n; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = modulo(result * square);
    square = modulo(square * square);
  }
  return result;
}
