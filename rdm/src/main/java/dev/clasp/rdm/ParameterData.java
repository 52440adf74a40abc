package dev.clasp.rdm;

import java.util.ArrayList;
import java.util.List;

/** The data of the basic parameters, except DEVICE_INFO (E1.20 section 10). */
public final class ParameterData {

  /** The most that a label has, in octets. */
  public static final int MAX_LABEL = 32;

  private static final int STATUS_OCTETS = 9;

  private ParameterData() {}

  /**
   * The answer to DMX_PERSONALITY.
   *
   * @param current from 1
   * @param count how many there are
   */
  public record Personality(int current, int count) {}

  /**
   * The answer to DMX_PERSONALITY_DESCRIPTION.
   *
   * @param personality from 1
   * @param slots that it takes
   */
  public record PersonalityDescription(int personality, int slots, String description) {}

  /**
   * The answer to SENSOR_DEFINITION.
   *
   * @param sensor from 0
   * @param type table A-12: 0 is a temperature
   * @param unit table A-13: 1 is degrees Celsius
   * @param prefix table A-14: powers of ten
   * @param recorded bit 0: keeps a value, bit 1: keeps lowest and highest
   */
  public record SensorDefinition(
      int sensor,
      int type,
      int unit,
      int prefix,
      int rangeLow,
      int rangeHigh,
      int normalLow,
      int normalHigh,
      int recorded,
      String description) {}

  /** The answer to SENSOR_VALUE. */
  public record SensorValue(int sensor, int present, int lowest, int highest, int recorded) {}

  /**
   * One of STATUS_MESSAGES.
   *
   * @param type 2 advisory, 3 warning, 4 error; with bit 4 it is over
   * @param id table B-2, or of the manufacturer from 0x8000
   */
  public record StatusMessage(int subDevice, int type, int id, int value1, int value2) {}

  static void require(Pid pid, byte[] data) {
    if (!pid.getResponse().fits(data.length)) {
      throw new RdmException(
          pid
              + " has "
              + pid.getResponse().least()
              + " to "
              + pid.getResponse().most()
              + " octets, not "
              + data.length);
    }
  }

  /** A label, to its first NUL. */
  public static String label(byte[] data) {
    return Octets.text(data, 0, Math.min(data.length, MAX_LABEL));
  }

  /** ASCII, cut at 32 octets. */
  public static byte[] label(String text) {
    return Octets.ascii(text, MAX_LABEL);
  }

  public static int u8(Pid pid, byte[] data) {
    require(pid, data);
    return Octets.u8(data, 0);
  }

  public static byte[] u8(int value) {
    return new byte[] {(byte) value};
  }

  /** Of DMX_START_ADDRESS. */
  public static int u16(Pid pid, byte[] data) {
    require(pid, data);
    return Octets.u16(data, 0);
  }

  public static byte[] u16(int value) {
    byte[] b = new byte[2];
    Octets.put16(b, 0, value);
    return b;
  }

  /** Of LAMP_HOURS and DEVICE_HOURS. */
  public static long u32(Pid pid, byte[] data) {
    require(pid, data);
    return Octets.u32(data, 0);
  }

  public static byte[] u32(long value) {
    byte[] b = new byte[4];
    Octets.put32(b, 0, value);
    return b;
  }

  public static Personality personality(byte[] data) {
    require(Pid.DMX_PERSONALITY, data);
    return new Personality(Octets.u8(data, 0), Octets.u8(data, 1));
  }

  public static PersonalityDescription personalityDescription(byte[] data) {
    require(Pid.DMX_PERSONALITY_DESCRIPTION, data);
    return new PersonalityDescription(
        Octets.u8(data, 0), Octets.u16(data, 1), Octets.text(data, 3, data.length));
  }

  public static SensorDefinition sensorDefinition(byte[] data) {
    require(Pid.SENSOR_DEFINITION, data);
    return new SensorDefinition(
        Octets.u8(data, 0),
        Octets.u8(data, 1),
        Octets.u8(data, 2),
        Octets.u8(data, 3),
        s16(data, 4),
        s16(data, 6),
        s16(data, 8),
        s16(data, 10),
        Octets.u8(data, 12),
        Octets.text(data, 13, data.length));
  }

  public static SensorValue sensorValue(byte[] data) {
    require(Pid.SENSOR_VALUE, data);
    return new SensorValue(
        Octets.u8(data, 0), s16(data, 1), s16(data, 3), s16(data, 5), s16(data, 7));
  }

  private static int s16(byte[] data, int at) {
    return (short) Octets.u16(data, at);
  }

  /** Of STATUS_MESSAGES; octets that make no whole message are ignored. */
  public static List<StatusMessage> statusMessages(byte[] data) {
    List<StatusMessage> messages = new ArrayList<>();
    for (int at = 0; at + STATUS_OCTETS <= data.length; at += STATUS_OCTETS) {
      messages.add(
          new StatusMessage(
              Octets.u16(data, at),
              Octets.u8(data, at + 2),
              Octets.u16(data, at + 3),
              s16(data, at + 5),
              s16(data, at + 7)));
    }
    return List.copyOf(messages);
  }

  /** Of SUPPORTED_PARAMETERS. */
  public static List<Integer> supportedParameters(byte[] data) {
    List<Integer> pids = new ArrayList<>();
    for (int at = 0; at + 2 <= data.length; at += 2) {
      pids.add(Octets.u16(data, at));
    }
    return List.copyOf(pids);
  }
}
