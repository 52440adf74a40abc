package dev.clasp.client;

/** Something that keeps back what it has still to send; closing the client sends it first. */
interface Unfinished {

  /** Sends it, and ends. Any thread; does not wait. */
  void close();
}
