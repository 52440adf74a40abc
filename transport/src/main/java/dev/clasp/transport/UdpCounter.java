package dev.clasp.transport;

/** What becomes of datagrams, in one list. */
public enum UdpCounter {
  RECEIVED("Datagrams received"),
  CHALLENGED("HELLO without proof of its address, answered with a challenge"),
  STRANGERS("Frames from addresses without a session"),
  OVERSIZE("Dropped: longer than allowed"),
  GARBAGE("Dropped: nothing that is known here"),
  PAUSED("Dropped: the session has enough to do"),
  UNSENT("Not sent: too long, or too much on its way to the network"),
  REPEATED("Sent again, because no receipt came"),
  LOST("Sessions that ended because no receipt came any more"),
  SILENT("Sessions that ended because nothing came any more"),
  ERRORS("Errors of the socket");

  private final String help;

  UdpCounter(String help) {
    this.help = help;
  }

  public String help() {
    return help;
  }
}
