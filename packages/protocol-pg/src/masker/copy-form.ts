/** How COPY writes rows. What is one character for the server is one byte here. */
export type CopyForm = CopyTextForm | CopyCsvForm | CopyBinaryForm;

export interface CopyTextForm {
  readonly format: "text";
  readonly delimiter: string;
  /** What stands for NULL. */
  readonly nullText: string;
  /** Whether the first row is one of names. */
  readonly header: boolean;
}

export interface CopyCsvForm {
  readonly format: "csv";
  readonly delimiter: string;
  readonly nullText: string;
  readonly header: boolean;
  readonly quote: string;
  readonly escape: string;
}

export interface CopyBinaryForm {
  readonly format: "binary";
}

/** What the server takes where a statement leaves it out. */
export const copyTextForm: CopyTextForm = { format: "text", delimiter: "\t", nullText: String.raw`\N`, header: false };
export const copyCsvForm: CopyCsvForm = {
  format: "csv",
  delimiter: ",",
  nullText: "",
  header: false,
  quote: '"',
  escape: '"',
};
