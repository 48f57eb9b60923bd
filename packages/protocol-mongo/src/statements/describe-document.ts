import { elementType } from "../bson/element-type.ts";
import { elementsOf, type Element } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { arrayOf, binaryOf, documentOf } from "../bson/read-value.ts";

/** Which fields are not told, by their names, at any depth. */
export interface Telling {
  readonly hides: (name: string) => boolean;
}

/** A document that was checked, as relaxed Extended JSON: what a person would type into a shell. */
export function describeDocument(document: RawDocument, telling: Telling): string {
  const fields: string[] = [];
  for (const element of elementsOf(document)) {
    fields.push(`${JSON.stringify(element.name)}:${describeValue(element, telling)}`);
  }
  return `{${fields.join(",")}}`;
}

/** The value of one element, in the same form. */
export function describeValue(element: Element, telling: Telling): string {
  if (telling.hides(element.name)) return '"[secret]"';
  const { type, valueStart, valueEnd, document } = element;
  const { bytes } = document;
  switch (type) {
    case elementType.string:
      // servers take strings that are not UTF-8
      return JSON.stringify(bytes.toString("utf8", valueStart + 4, valueEnd - 1));
    case elementType.int32:
      return String(bytes.readInt32LE(valueStart));
    case elementType.int64:
      return String(bytes.readBigInt64LE(valueStart));
    case elementType.double:
      return describeDouble(bytes.readDoubleLE(valueStart));
    case elementType.boolean:
      return bytes[valueStart] === 1 ? "true" : "false";
    case elementType.null:
      return "null";
    case elementType.document:
      return describeDocument(documentOf(element) ?? document, telling);
    case elementType.array:
      return describeArray(element, telling);
    case elementType.date:
      return describeDate(bytes.readBigInt64LE(valueStart));
    case elementType.objectId:
      return `{"$oid":"${bytes.toString("hex", valueStart, valueEnd)}"}`;
    case elementType.binary: {
      const subType = (bytes[valueStart + 4] ?? 0).toString(16).padStart(2, "0");
      return `{"$binary":{"base64":"${binaryOf(element)?.toString("base64") ?? ""}","subType":"${subType}"}}`;
    }
    case elementType.code:
      return `{"$code":${JSON.stringify(bytes.toString("utf8", valueStart + 4, valueEnd - 1))}}`;
    case elementType.regex: {
      const [pattern = "", options = ""] = bytes.toString("utf8", valueStart, valueEnd).split("\0");
      return `{"$regularExpression":{"pattern":${JSON.stringify(pattern)},"options":${JSON.stringify(options)}}}`;
    }
    case elementType.minKey:
      return '{"$minKey":1}';
    case elementType.maxKey:
      return '{"$maxKey":1}';
    case elementType.undefined:
      return '{"$undefined":true}';
    case elementType.timestamp:
      return `{"$timestamp":{"t":${bytes.readUInt32LE(valueStart + 4)},"i":${bytes.readUInt32LE(valueStart)}}}`;
    default:
      return `{"$bytes":"${bytes.toString("hex", valueStart, valueEnd)}","$type":${type}}`;
  }
}

function describeArray(element: Element, telling: Telling): string {
  const values: string[] = [];
  const array = arrayOf(element);
  if (array !== undefined) for (const each of elementsOf(array)) values.push(describeValue(each, telling));
  return `[${values.join(",")}]`;
}

function describeDouble(value: number): string {
  if (!Number.isFinite(value)) return `{"$numberDouble":"${value}"}`;
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

function describeDate(millis: bigint): string {
  const date = new Date(Number(millis));
  return Number.isNaN(date.getTime()) ? `{"$date":{"$numberLong":"${millis}"}}` : `{"$date":"${date.toISOString()}"}`;
}
