package dev.clasp.bridgeosc;

/** Where packets go. Thread-safe. */
interface Destination {

  /** Numbers with 64 bits? */
  boolean wide();

  /** Does it want what goes to this address? */
  boolean accepts(String oscAddress);

  /** Longer packets cannot be sent there. */
  int maxBytes();

  /** Sends or queues a packet; copies what it keeps. Tells the context what is lost. */
  void send(byte[] packet, int length);
}
