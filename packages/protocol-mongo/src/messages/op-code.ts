/** The kinds of message that anything is done with; all others are refused, OP_COMPRESSED among them. */
export const opCode = { REPLY: 1, QUERY: 2004, MSG: 2013 } as const;
