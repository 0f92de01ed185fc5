import pg from 'pg';

/** Quotes a name for SQL: `my table` becomes `"my table"`. */
export const quoteIdentifier: (name: string) => string = pg.escapeIdentifier;

/** Quotes a text for the few places where SQL takes no parameter, such as COMMENT ON. */
export const quoteLiteral: (text: string) => string = pg.escapeLiteral;
