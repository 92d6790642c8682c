/** A logger of an SDK that logs nothing. */
export const SILENT = { error() {}, warn() {}, info() {}, debug() {} };
