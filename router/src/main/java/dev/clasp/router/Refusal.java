package dev.clasp.router;

/**
 * Why a request is not carried out; becomes an ERROR.
 *
 * @param code see {@link dev.clasp.protocol.ErrorCode}
 * @param text begins with a word that programs may match on
 */
record Refusal(int code, String text) {}
