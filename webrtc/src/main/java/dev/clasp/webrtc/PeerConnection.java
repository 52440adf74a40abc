package dev.clasp.webrtc;

/**
 * One connection as the native library offers it, with everything that is not about signals. Loop
 * only; nothing waits for the network. No call after {@link #close}.
 */
interface PeerConnection {

  /** Opens connections. */
  interface Factory extends AutoCloseable {
    /**
     * A connection that tells everything from its very beginning.
     *
     * @throws PeerException of kind UNSUPPORTED
     */
    PeerConnection open(Listener listener);

    /** After all its connections. */
    @Override
    void close();
  }

  /** Told on the loop, nothing after {@link PeerConnection#close}. */
  interface Listener {
    /** The own description is in place; candidates are being gathered. */
    void localSet();

    /** The description of the peer is in place. */
    void remoteSet();

    /** An own candidate. */
    void candidate(Candidate candidate);

    /** There will be no more own candidates. */
    void gathered();

    /** A channel is open. */
    void open(boolean reliable);

    /**
     * A message came.
     *
     * @param data room for it was taken from the {@link ReceiveBudget}
     */
    void message(byte[] data, boolean reliable);

    /** It cannot be used, or not any more. Nothing but this or {@link #left}, once. */
    void ended(String reason);

    /** The peer has closed a connection that stood. */
    void left();
  }

  /** Creates the channels and an offer. */
  void offer();

  /** Answers an offer. */
  void answer(String offer);

  /** Takes the answer to the own offer. */
  void complete(String answer);

  /** Adds a candidate of the peer; the peer's description is in place. A bad one is ignored. */
  void add(Candidate candidate);

  /** The own description, with the candidates gathered so far. */
  String localDescription();

  /** Bytes that wait in a channel. */
  long buffered(boolean reliable);

  /** Hands a message to a channel; false when that is not open. */
  boolean send(byte[] data, boolean reliable);

  /**
   * Closes the reliable channel behind what was sent.
   *
   * @param done called when the peer has it all, or cannot get it any more
   */
  void drain(Runnable done);

  void close();
}
