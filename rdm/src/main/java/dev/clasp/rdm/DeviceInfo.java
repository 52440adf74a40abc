package dev.clasp.rdm;

/**
 * The answer to DEVICE_INFO (E1.20 section 10.5.1), 19 octets.
 *
 * @param protocolVersion 0x0100
 * @param model of the manufacturer, 16 bits
 * @param category of the product, 16 bits (table A-5)
 * @param softwareVersion 32 bits
 * @param footprint slots of DMX512 it takes, 0 to 512
 * @param personality the present one, from 1
 * @param personalities how many there are
 * @param startAddress 1 to 512; 0xFFFF without a footprint
 * @param subDevices how many
 * @param sensors how many
 */
public record DeviceInfo(
    int protocolVersion,
    int model,
    int category,
    long softwareVersion,
    int footprint,
    int personality,
    int personalities,
    int startAddress,
    int subDevices,
    int sensors) {

  public static final int OCTETS = 19;

  /**
   * @throws RdmException it has not 19 octets
   */
  public static DeviceInfo decode(byte[] b) {
    ParameterData.require(Pid.DEVICE_INFO, b);
    return new DeviceInfo(
        Octets.u16(b, 0),
        Octets.u16(b, 2),
        Octets.u16(b, 4),
        Octets.u32(b, 6),
        Octets.u16(b, 10),
        Octets.u8(b, 12),
        Octets.u8(b, 13),
        Octets.u16(b, 14),
        Octets.u16(b, 16),
        Octets.u8(b, 18));
  }

  public byte[] encode() {
    byte[] b = new byte[OCTETS];
    Octets.put16(b, 0, protocolVersion);
    Octets.put16(b, 2, model);
    Octets.put16(b, 4, category);
    Octets.put32(b, 6, softwareVersion);
    Octets.put16(b, 10, footprint);
    b[12] = (byte) personality;
    b[13] = (byte) personalities;
    Octets.put16(b, 14, startAddress);
    Octets.put16(b, 16, subDevices);
    b[18] = (byte) sensors;
    return b;
  }
}
