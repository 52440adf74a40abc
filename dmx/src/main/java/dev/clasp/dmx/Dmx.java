package dev.clasp.dmx;

/** Numbers of DMX512-A (ANSI E1.11) and of the practice around it. */
public final class Dmx {

  /** Slots of a universe. */
  public static final int SLOTS = 512;

  /** Full frames in a second that fit on a line (ANSI E1.11-2008, 8.11). */
  public static final double MAX_RATE = 44;

  /** START code of dimmer levels. */
  public static final int START_LEVELS = 0x00;

  /** START code of priorities for each slot, 0 to 200 (practice of ETC). */
  public static final int START_PRIORITIES = 0xDD;

  /** Priority of who says nothing of it (ANSI E1.31-2018, 6.2.3). */
  public static final int PRIORITY = 100;

  /** The highest priority there is (ANSI E1.31-2018, 6.2.3). */
  public static final int MAX_PRIORITY = 200;

  private Dmx() {}
}
