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
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Packets to datagrams, as the specification has them. */
final class ArtNetEncoder {

  private static final byte[] ID = {'A', 'r', 't', '-', 'N', 'e', 't', 0};
  private static final int POLL_REPLY_OCTETS = 239;
  private static final int TRIGGER_OCTETS = 530;

  private ArtNetEncoder() {}

  static byte[] encode(ArtNetPacket packet) {
    return switch (packet) {
      case ArtPoll poll -> poll(poll);
      case ArtPollReply reply -> pollReply(reply);
      case ArtDmx dmx ->
          slots(OpCode.DMX, dmx.sequence(), dmx.physical(), dmx.portAddress(), dmx.data());
      case ArtNzs nzs ->
          slots(OpCode.NZS, nzs.sequence(), nzs.startCode(), nzs.portAddress(), nzs.data());
      case ArtSync sync -> {
        byte[] b = packet(OpCode.SYNC, 14);
        put16(b, 12, sync.aux());
        yield b;
      }
      case ArtTimeCode time -> timeCode(time);
      case ArtTrigger trigger -> trigger(trigger);
      case ArtAddress address -> address(address);
      case ArtInput input -> {
        byte[] b = packet(OpCode.INPUT, 20);
        b[13] = (byte) input.bindIndex();
        put16(b, 14, input.numPorts());
        put(b, 16, input.input(), 4);
        yield b;
      }
      case ArtIpProg prog -> {
        byte[] b = packet(OpCode.IP_PROG, 34);
        b[14] = (byte) prog.command();
        put(b, 16, prog.ip(), 4);
        put(b, 20, prog.mask(), 4);
        put(b, 26, prog.gateway(), 4);
        yield b;
      }
      case ArtIpProgReply reply -> {
        byte[] b = packet(OpCode.IP_PROG_REPLY, 34);
        put(b, 16, reply.ip(), 4);
        put(b, 20, reply.mask(), 4);
        put16(b, 24, reply.port());
        b[26] = (byte) reply.status();
        put(b, 28, reply.gateway(), 4);
        yield b;
      }
      case ArtTodRequest request -> todRequest(request);
      case ArtTodData data -> todData(data);
      case ArtTodControl control -> {
        byte[] b = packet(OpCode.TOD_CONTROL, 24);
        b[21] = (byte) control.net();
        b[22] = (byte) control.command();
        b[23] = (byte) control.address();
        yield b;
      }
      case ArtRdm rdm -> rdm(rdm);
      case ArtRdmSub sub -> rdmSub(sub);
      case ArtDiagData diag -> {
        byte[] text = ascii(diag.text(), 511);
        byte[] b = packet(OpCode.DIAG_DATA, 18 + text.length + 1);
        b[13] = (byte) diag.priority();
        b[14] = (byte) diag.logicalPort();
        put16(b, 16, text.length + 1);
        put(b, 18, text, text.length);
        yield b;
      }
      case ArtCommand command -> {
        byte[] text = ascii(command.text(), 511);
        byte[] b = packet(OpCode.COMMAND, 16 + text.length + 1);
        put16(b, 12, command.esta());
        put16(b, 14, text.length + 1);
        put(b, 16, text, text.length);
        yield b;
      }
      case Other other -> packet(other.opCode(), 12);
    };
  }

  private static byte[] packet(int opCode, int octets) {
    byte[] b = new byte[octets];
    System.arraycopy(ID, 0, b, 0, ID.length);
    b[8] = (byte) opCode;
    b[9] = (byte) (opCode >>> 8);
    put16(b, 10, ArtNetDecoder.VERSION);
    return b;
  }

  private static byte[] poll(ArtPoll poll) {
    // A poll without a target may have 14 octets, as in all versions.
    byte[] b = packet(OpCode.POLL, poll.targeted() ? 22 : 14);
    b[12] = (byte) poll.flags();
    b[13] = (byte) poll.priority();
    if (poll.targeted()) {
      put16(b, 14, poll.targetTop());
      put16(b, 16, poll.targetBottom());
      put16(b, 18, poll.esta());
      put16(b, 20, poll.oem());
    }
    return b;
  }

  private static byte[] pollReply(ArtPollReply reply) {
    byte[] b = packet(OpCode.POLL_REPLY, POLL_REPLY_OCTETS);
    put(b, 10, reply.ip(), 4);
    b[14] = (byte) reply.port();
    b[15] = (byte) (reply.port() >>> 8);
    put16(b, 16, reply.version());
    b[18] = (byte) reply.netSwitch();
    b[19] = (byte) reply.subSwitch();
    put16(b, 20, reply.oem());
    b[22] = (byte) reply.ubea();
    b[23] = (byte) reply.status1();
    b[24] = (byte) reply.esta();
    b[25] = (byte) (reply.esta() >>> 8);
    put(b, 26, ascii(reply.portName(), 17), 17);
    put(b, 44, ascii(reply.longName(), 63), 63);
    put(b, 108, ascii(reply.report(), 63), 63);
    put16(b, 172, reply.numPorts());
    for (int i = 0; i < ArtPollReply.PORTS; i++) {
      ReplyPort port = reply.ports().get(i);
      b[174 + i] = (byte) port.type();
      b[178 + i] = (byte) port.goodInput();
      b[182 + i] = (byte) port.goodOutputA();
      b[186 + i] = (byte) port.swIn();
      b[190 + i] = (byte) port.swOut();
      b[213 + i] = (byte) port.goodOutputB();
    }
    b[194] = (byte) reply.acnPriority();
    b[200] = (byte) reply.style();
    put(b, 201, reply.mac(), 6);
    put(b, 207, reply.bindIp(), 4);
    b[211] = (byte) reply.bindIndex();
    b[212] = (byte) reply.status2();
    b[217] = (byte) reply.status3();
    reply.responder().write(b, 218);
    put16(b, 226, reply.refreshRate());
    return b;
  }

  /** The length is even (Art-Net 4, ArtDmx): an odd one gets a zero more. */
  private static byte[] slots(int opCode, int sequence, int second, int address, byte[] data) {
    if (data.length < 1 || data.length > ArtNetPacket.MAX_SLOTS) {
      throw new IllegalArgumentException("1 to 512 slots, not " + data.length);
    }
    int even = data.length + (data.length & 1);
    byte[] b = packet(opCode, 18 + even);
    b[12] = (byte) sequence;
    b[13] = (byte) second;
    b[14] = (byte) address;
    b[15] = (byte) (address >>> 8 & 0x7F);
    put16(b, 16, even);
    System.arraycopy(data, 0, b, 18, data.length);
    return b;
  }

  private static byte[] timeCode(ArtTimeCode time) {
    byte[] b = packet(OpCode.TIME_CODE, 19);
    b[13] = (byte) time.stream();
    b[14] = (byte) time.frames();
    b[15] = (byte) time.seconds();
    b[16] = (byte) time.minutes();
    b[17] = (byte) time.hours();
    b[18] = (byte) time.type();
    return b;
  }

  private static byte[] trigger(ArtTrigger trigger) {
    byte[] b = packet(OpCode.TRIGGER, TRIGGER_OCTETS);
    put16(b, 14, trigger.oem());
    b[16] = (byte) trigger.key();
    b[17] = (byte) trigger.subKey();
    put(b, 18, trigger.data(), 512);
    return b;
  }

  private static byte[] address(ArtAddress address) {
    byte[] b = packet(OpCode.ADDRESS, 107);
    b[12] = (byte) address.netSwitch();
    b[13] = (byte) address.bindIndex();
    put(b, 14, ascii(address.portName(), 17), 17);
    put(b, 32, ascii(address.longName(), 63), 63);
    put(b, 96, address.swIn(), 4);
    put(b, 100, address.swOut(), 4);
    b[104] = (byte) address.subSwitch();
    b[105] = (byte) address.acnPriority();
    b[106] = (byte) address.command();
    return b;
  }

  private static byte[] todRequest(ArtTodRequest request) {
    // All 32 places are sent, whatever their number.
    byte[] b = packet(OpCode.TOD_REQUEST, 56);
    b[21] = (byte) request.net();
    b[22] = (byte) request.command();
    b[23] = (byte) Math.min(request.addresses().length, 32);
    put(b, 24, request.addresses(), 32);
    return b;
  }

  private static byte[] todData(ArtTodData data) {
    byte[] b = packet(OpCode.TOD_DATA, 28 + data.uids().size() * Uid.OCTETS);
    b[12] = 1;
    b[13] = (byte) data.port();
    b[20] = (byte) data.bindIndex();
    b[21] = (byte) data.net();
    b[22] = (byte) data.commandResponse();
    b[23] = (byte) data.address();
    put16(b, 24, data.total());
    b[26] = (byte) data.block();
    b[27] = (byte) data.uids().size();
    int at = 28;
    for (Uid uid : data.uids()) {
      uid.write(b, at);
      at += Uid.OCTETS;
    }
    return b;
  }

  private static byte[] rdm(ArtRdm rdm) {
    byte[] b = packet(OpCode.RDM, 24 + rdm.message().length);
    b[12] = 1;
    b[19] = (byte) rdm.fifoAvailable();
    b[20] = (byte) rdm.fifoMax();
    b[21] = (byte) rdm.net();
    b[22] = (byte) rdm.command();
    b[23] = (byte) rdm.address();
    put(b, 24, rdm.message(), rdm.message().length);
    return b;
  }

  private static byte[] rdmSub(ArtRdmSub sub) {
    byte[] b = packet(OpCode.RDM_SUB, 32 + sub.data().length);
    b[12] = 1;
    sub.uid().write(b, 14);
    b[21] = (byte) sub.commandClass();
    put16(b, 22, sub.pid());
    put16(b, 24, sub.subDevice());
    put16(b, 26, sub.subCount());
    put(b, 32, sub.data(), sub.data().length);
    return b;
  }

  private static void put16(byte[] b, int at, int value) {
    b[at] = (byte) (value >>> 8);
    b[at + 1] = (byte) value;
  }

  private static void put(byte[] b, int at, byte[] what, int most) {
    System.arraycopy(what, 0, b, at, Math.min(what.length, most));
  }

  private static byte[] ascii(String text, int max) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return bytes.length <= max ? bytes : Arrays.copyOf(bytes, max);
  }
}
