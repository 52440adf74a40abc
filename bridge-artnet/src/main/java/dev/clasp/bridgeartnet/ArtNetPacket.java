package dev.clasp.bridgeartnet;

import dev.clasp.rdm.Uid;
import java.util.List;

/**
 * One packet of Art-Net 4 (Artistic Licence, "Specification for the Art-Net 4 Ethernet
 * Communication Protocol"). The names of fields are those of the specification.
 *
 * <p>Arrays are not copied: nobody may change them. Port-addresses have 15 bits: net (7), sub-net
 * (4), universe (4).
 */
sealed interface ArtNetPacket {

  int MAX_PORT_ADDRESS = 0x7FFF;

  /** Slots of a universe. */
  int MAX_SLOTS = 512;

  /**
   * Who is there?
   *
   * @param flags bit 1: reply on change, bit 2: diagnostics, bit 3: diagnostics unicast, bit 4: no
   *     VLC, bit 5: targeted
   * @param priority lowest of diagnostics
   * @param targetTop with bit 5: highest port-address meant
   * @param targetBottom with bit 5: lowest port-address meant
   */
  record ArtPoll(int flags, int priority, int targetTop, int targetBottom, int esta, int oem)
      implements ArtNetPacket {

    static final int REPLY_ON_CHANGE = 0x02;
    static final int TARGETED = 0x20;

    boolean replyOnChange() {
      return (flags & REPLY_ON_CHANGE) != 0;
    }

    boolean targeted() {
      return (flags & TARGETED) != 0;
    }
  }

  /**
   * One of the up to four ports of an ArtPollReply.
   *
   * @param type bit 7: can output from Art-Net, bit 6: can input onto Art-Net, bits 5-0: 0 for
   *     DMX512
   * @param swIn universe of the input, 4 bits
   * @param swOut universe of the output, 4 bits
   */
  record ReplyPort(int type, int goodInput, int goodOutputA, int swIn, int swOut, int goodOutputB) {

    static final int OUTPUT = 0x80;
    static final int INPUT = 0x40;

    boolean outputs() {
      return (type & OUTPUT) != 0;
    }

    boolean inputs() {
      return (type & INPUT) != 0;
    }
  }

  /**
   * A node, or a page of four ports of it.
   *
   * @param ip four octets
   * @param netSwitch bits 14-8 of the port-addresses
   * @param subSwitch bits 7-4
   * @param portName at most 17 ASCII characters
   * @param longName at most 63
   * @param report at most 63
   * @param numPorts 0 to 4
   * @param ports always four
   * @param mac six octets
   * @param bindIp four octets: of the root device
   * @param bindIndex 1 for the first page; 0 means the same
   * @param responder the UID that a responder without one takes
   * @param refreshRate highest rate in Hz; 0: 44
   */
  record ArtPollReply(
      byte[] ip,
      int port,
      int version,
      int netSwitch,
      int subSwitch,
      int oem,
      int ubea,
      int status1,
      int esta,
      String portName,
      String longName,
      String report,
      int numPorts,
      List<ReplyPort> ports,
      int acnPriority,
      int style,
      byte[] mac,
      byte[] bindIp,
      int bindIndex,
      int status2,
      int status3,
      Uid responder,
      int refreshRate)
      implements ArtNetPacket {

    static final int PORTS = 4;
    static final int STATUS1_RDM = 0x02;
    static final int STATUS2_15_BIT = 0x08;

    public ArtPollReply {
      ports = List.copyOf(ports);
      if (ports.size() != PORTS) {
        throw new IllegalArgumentException("an ArtPollReply has four ports");
      }
    }

    int portAddress(int universe) {
      return (netSwitch & 0x7F) << 8 | (subSwitch & 0x0F) << 4 | universe & 0x0F;
    }

    boolean rdm() {
      return (status1 & STATUS1_RDM) != 0;
    }
  }

  /**
   * Levels.
   *
   * @param sequence 1 to 255, 0 without
   * @param data 1 to 512 slots
   */
  record ArtDmx(int sequence, int physical, int portAddress, byte[] data) implements ArtNetPacket {}

  /** Slots with another START Code than 0. */
  record ArtNzs(int sequence, int startCode, int portAddress, byte[] data)
      implements ArtNetPacket {}

  /** Now put out what has come. */
  record ArtSync(int aux) implements ArtNetPacket {}

  /**
   * The time of a show.
   *
   * @param type 0 film (24), 1 EBU (25), 2 drop frame (29.97), 3 SMPTE (30)
   */
  record ArtTimeCode(int stream, int hours, int minutes, int seconds, int frames, int type)
      implements ArtNetPacket {}

  /**
   * A key, a macro, a show.
   *
   * @param oem 0xFFFF for all devices
   * @param key 0 ASCII, 1 macro, 2 soft key, 3 show
   * @param data at most 512 octets
   */
  record ArtTrigger(int oem, int key, int subKey, byte[] data) implements ArtNetPacket {}

  /**
   * Programs a page of a node.
   *
   * @param netSwitch with bit 7 it is set; 0x7F: no change
   * @param portName empty: no change
   * @param longName empty: no change
   * @param swIn four; with bit 7 it is set
   * @param swOut four; with bit 7 it is set
   * @param subSwitch with bit 7 it is set
   * @param acnPriority 255: no change
   * @param command 0: none
   */
  record ArtAddress(
      int netSwitch,
      int bindIndex,
      String portName,
      String longName,
      byte[] swIn,
      byte[] swOut,
      int subSwitch,
      int acnPriority,
      int command)
      implements ArtNetPacket {

    static final int CANCEL_MERGE = 0x01;
    static final int LED_NORMAL = 0x02;
    static final int LED_MUTE = 0x03;
    static final int LED_LOCATE = 0x04;
    static final int MERGE_LTP = 0x10;
    static final int MERGE_HTP = 0x50;
  }

  /** Switches the inputs of a node on and off: bit 0 of each of the four. */
  record ArtInput(int bindIndex, int numPorts, byte[] input) implements ArtNetPacket {}

  /** Programs the IP address; {@code command} 0 asks only. */
  record ArtIpProg(int command, byte[] ip, byte[] mask, byte[] gateway) implements ArtNetPacket {}

  /** The answer; status bit 6: DHCP is on. */
  record ArtIpProgReply(byte[] ip, byte[] mask, int port, int status, byte[] gateway)
      implements ArtNetPacket {}

  /**
   * Asks for the devices of RDM.
   *
   * @param addresses low octets of up to 32 port-addresses of this net
   */
  record ArtTodRequest(int net, int command, byte[] addresses) implements ArtNetPacket {}

  /**
   * Devices of RDM on a port; a piece of at most 200.
   *
   * @param port 1 to 4
   * @param commandResponse 0: a list, 0xFF: there is none
   * @param address low octet of the port-address
   * @param total in all pieces
   * @param block number of this piece, from 0
   */
  record ArtTodData(
      int port,
      int bindIndex,
      int net,
      int commandResponse,
      int address,
      int total,
      int block,
      List<Uid> uids)
      implements ArtNetPacket {

    static final int MAX_UIDS = 200;
    static final int FULL = 0;
    static final int NOT_AVAILABLE = 0xFF;

    public ArtTodData {
      uids = List.copyOf(uids);
    }
  }

  /** Orders about discovery: 0 none, 1 search again, 2 stop, 3 and 4 incremental on and off. */
  record ArtTodControl(int net, int command, int address) implements ArtNetPacket {

    static final int FLUSH = 1;
  }

  /**
   * A message of RDM.
   *
   * @param address low octet of the port-address
   * @param message without the START Code, with checksum
   */
  record ArtRdm(int fifoAvailable, int fifoMax, int net, int command, int address, byte[] message)
      implements ArtNetPacket {}

  /**
   * Values of many sub-devices at once.
   *
   * @param data 16 bits each, big-endian
   */
  record ArtRdmSub(Uid uid, int commandClass, int pid, int subDevice, int subCount, byte[] data)
      implements ArtNetPacket {}

  /** Text for people. */
  record ArtDiagData(int priority, int logicalPort, String text) implements ArtNetPacket {}

  /** Text for devices: {@code SwoutText=Playback&}. */
  record ArtCommand(int esta, String text) implements ArtNetPacket {}

  /** Anything else of Art-Net: firmware, video, media servers. */
  record Other(int opCode) implements ArtNetPacket {}
}
