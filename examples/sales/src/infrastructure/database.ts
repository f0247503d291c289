import { DatabaseSync } from "node:sqlite";

export type Database = DatabaseSync;

const TABLES = `
  CREATE TABLE IF NOT EXISTS sales (
    id INTEGER PRIMARY KEY,
    status TEXT NOT NULL CHECK (status IN ('pending', 'approved')),
    total REAL NOT NULL CHECK (total >= 0),
    created_at TEXT NOT NULL,
    -- Counts up with every change to any sale: what is above the one that somebody saw last is new to him.
    change INTEGER NOT NULL UNIQUE
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sale_items (
    sale_id INTEGER NOT NULL REFERENCES sales (id),
    product TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    price REAL NOT NULL CHECK (price >= 0)
  ) STRICT;
`;

/** ":memory:" or a file. */
export function openDatabase(path: string): Database {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000;");
  database.exec(TABLES);
  return database;
}

/** All of it or nothing. When it returns, the work is committed: only then may anybody hear of it. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    database.exec("COMMIT");
    return result;
  } catch (error) {
    database.exec("ROLLBACK");
    throw error;
  }
}
