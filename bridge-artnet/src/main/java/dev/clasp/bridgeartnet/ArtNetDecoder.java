package dev.clasp.bridgeartnet;

import dev.clasp.bridgeartnet.ArtNetPacket.ArtAddress;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtCommand;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtDiagData;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtDmx;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtInput;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtIpProg;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtIpProgReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtNzs;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPoll;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtPollReply;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtRdm;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtRdmSub;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtSync;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTimeCode;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodControl;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodData;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTodRequest;
import dev.clasp.bridgeartnet.ArtNetPacket.ArtTrigger;
import dev.clasp.bridgeartnet.ArtNetPacket.Other;
import dev.clasp.bridgeartnet.ArtNetPacket.ReplyPort;
import dev.clasp.rdm.Uid;
import java.util.ArrayList;
import java.util.List;

/** Datagrams to packets. Every length is checked against what has come. */
final class ArtNetDecoder {

  /** A receiver ignores lower versions, and takes higher ones. */
  static final int VERSION = 14;

  private static final byte[] ID = {'A', 'r', 't', '-', 'N', 'e', 't', 0};
  private static final int BODY = 12;
  private static final int HEADER = 10;
  private static final int DMX_DATA = 18;

  private ArtNetDecoder() {}

  /** Is it of Art-Net at all? Others use the port, too. */
  static boolean isArtNet(byte[] bytes, int length) {
    return length >= HEADER && java.util.Arrays.equals(bytes, 0, ID.length, ID, 0, ID.length);
  }

  /**
   * Reads a packet.
   *
   * @throws ArtNetException says what is wrong
   */
  static ArtNetPacket decode(byte[] bytes, int length) {
    if (!isArtNet(bytes, length)) {
      throw new ArtNetException("no Art-Net: it does not begin with Art-Net and a zero");
    }
    PacketReader in = new PacketReader(bytes, length);
    int opCode = in.u16Little(8);
    if (opCode == OpCode.POLL_REPLY) {
      return pollReply(in);
    }
    in.require(BODY, "Art-Net");
    if (in.u16(HEADER) < VERSION) {
      throw new ArtNetException(
          "Art-Net of version " + in.u16(HEADER) + "; " + VERSION + " or higher is understood");
    }
    return switch (opCode) {
      case OpCode.POLL -> poll(in);
      case OpCode.DMX -> dmx(in);
      case OpCode.NZS -> nzs(in);
      case OpCode.SYNC -> new ArtSync(in.u16(12));
      case OpCode.TIME_CODE -> timeCode(in);
      case OpCode.TRIGGER -> trigger(in);
      case OpCode.ADDRESS -> address(in);
      case OpCode.INPUT -> input(in);
      case OpCode.IP_PROG -> ipProg(in);
      case OpCode.IP_PROG_REPLY -> ipProgReply(in);
      case OpCode.TOD_REQUEST -> todRequest(in);
      case OpCode.TOD_DATA -> todData(in);
      case OpCode.TOD_CONTROL -> {
        in.require(24, "ArtTodControl");
        yield new ArtTodControl(in.u8(21), in.u8(22), in.u8(23));
      }
      case OpCode.RDM -> {
        in.require(25, "ArtRdm");
        yield new ArtRdm(in.u8(19), in.u8(20), in.u8(21), in.u8(22), in.u8(23), in.rest(24, 256));
      }
      case OpCode.RDM_SUB -> rdmSub(in);
      case OpCode.DIAG_DATA -> {
        in.require(18, "ArtDiagData");
        yield new ArtDiagData(in.u8(13), in.u8(14), in.text(18, Math.min(in.u16(16), 512)));
      }
      case OpCode.COMMAND -> {
        in.require(16, "ArtCommand");
        yield new ArtCommand(in.u16(12), in.text(16, Math.min(in.u16(14), 512)));
      }
      default -> new Other(opCode);
    };
  }

  private static ArtPoll poll(PacketReader in) {
    in.require(14, "ArtPoll");
    return new ArtPoll(in.u8(12), in.u8(13), in.u16(14), in.u16(16), in.u16(18), in.u16(20));
  }

  private static ArtPollReply pollReply(PacketReader in) {
    // Art-Net 1 had 207 octets without spare; everything that a table of nodes needs is before.
    in.require(194, "ArtPollReply");
    List<ReplyPort> ports = new ArrayList<>();
    for (int i = 0; i < ArtPollReply.PORTS; i++) {
      ports.add(
          new ReplyPort(
              in.u8(174 + i),
              in.u8(178 + i),
              in.u8(182 + i),
              in.u8(186 + i) & 0x0F,
              in.u8(190 + i) & 0x0F,
              in.u8(213 + i)));
    }
    return new ArtPollReply(
        in.octets(10, 4),
        in.u16Little(14),
        in.u16(16),
        in.u8(18) & 0x7F,
        in.u8(19) & 0x0F,
        in.u16(20),
        in.u8(22),
        in.u8(23),
        in.u16Little(24),
        in.text(26, 18),
        in.text(44, 64),
        in.text(108, 64),
        Math.min(in.u16(172), ArtPollReply.PORTS),
        ports,
        in.u8(194),
        in.u8(200),
        in.octets(201, 6),
        in.octets(207, 4),
        in.u8(211),
        in.u8(212),
        in.u8(217),
        in.uid(218),
        in.u16(226));
  }

  private static int portAddress(PacketReader in) {
    return (in.u8(15) & 0x7F) << 8 | in.u8(14);
  }

  /** Odd and short lengths are taken; a length that says more than has come is a mistake. */
  private static byte[] slots(PacketReader in, String what) {
    in.require(DMX_DATA + 1, what);
    int told = in.u16(16);
    if (told < 1 || told > ArtNetPacket.MAX_SLOTS) {
      throw new ArtNetException(what + " of " + told + " slots; 1 to 512 are possible");
    }
    in.require(DMX_DATA + told, what + " of " + told + " slots");
    return in.octets(DMX_DATA, told);
  }

  private static ArtDmx dmx(PacketReader in) {
    return new ArtDmx(in.u8(12), in.u8(13), portAddress(in), slots(in, "ArtDmx"));
  }

  private static ArtNzs nzs(PacketReader in) {
    return new ArtNzs(in.u8(12), in.u8(13), portAddress(in), slots(in, "ArtNzs"));
  }

  private static ArtTimeCode timeCode(PacketReader in) {
    in.require(19, "ArtTimeCode");
    ArtTimeCode time =
        new ArtTimeCode(in.u8(13), in.u8(17), in.u8(16), in.u8(15), in.u8(14), in.u8(18));
    if (time.hours() > 23
        || time.minutes() > 59
        || time.seconds() > 59
        || time.frames() > 29
        || time.type() > 3) {
      throw new ArtNetException("ArtTimeCode with an impossible time " + time);
    }
    return time;
  }

  private static ArtTrigger trigger(PacketReader in) {
    in.require(18, "ArtTrigger");
    return new ArtTrigger(in.u16(14), in.u8(16), in.u8(17), in.rest(18, 512));
  }

  private static ArtAddress address(PacketReader in) {
    in.require(107, "ArtAddress");
    return new ArtAddress(
        in.u8(12),
        in.u8(13),
        in.text(14, 18),
        in.text(32, 64),
        in.octets(96, 4),
        in.octets(100, 4),
        in.u8(104),
        in.u8(105),
        in.u8(106));
  }

  private static ArtInput input(PacketReader in) {
    in.require(20, "ArtInput");
    return new ArtInput(in.u8(13), Math.min(in.u16(14), 4), in.octets(16, 4));
  }

  private static ArtIpProg ipProg(PacketReader in) {
    in.require(15, "ArtIpProg");
    return new ArtIpProg(in.u8(14), in.octets(16, 4), in.octets(20, 4), in.octets(26, 4));
  }

  private static ArtIpProgReply ipProgReply(PacketReader in) {
    in.require(27, "ArtIpProgReply");
    return new ArtIpProgReply(
        in.octets(12 + 4, 4), in.octets(20, 4), in.u16(24), in.u8(26), in.octets(28, 4));
  }

  private static ArtTodRequest todRequest(PacketReader in) {
    in.require(24, "ArtTodRequest");
    return new ArtTodRequest(in.u8(21), in.u8(22), in.rest(24, Math.min(in.u8(23), 32)));
  }

  private static ArtTodData todData(PacketReader in) {
    in.require(28, "ArtTodData");
    int count = in.u8(27);
    if (count > ArtTodData.MAX_UIDS) {
      throw new ArtNetException("ArtTodData with " + count + " devices; 200 are possible");
    }
    in.require(28 + count * Uid.OCTETS, "ArtTodData of " + count + " devices");
    List<Uid> uids = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      uids.add(in.uid(28 + i * Uid.OCTETS));
    }
    return new ArtTodData(
        in.u8(13), in.u8(20), in.u8(21), in.u8(22), in.u8(23), in.u16(24), in.u8(26), uids);
  }

  private static ArtRdmSub rdmSub(PacketReader in) {
    in.require(32, "ArtRdmSub");
    byte[] data = in.rest(32, 1024);
    return new ArtRdmSub(
        in.uid(14),
        in.u8(21),
        in.u16(22),
        in.u16(24),
        in.u16(26),
        java.util.Arrays.copyOf(data, data.length & ~1));
  }
}
