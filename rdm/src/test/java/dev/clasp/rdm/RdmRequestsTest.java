package dev.clasp.rdm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests one after the other, with time by hand. */
class RdmRequestsTest {

  private static final Uid CONTROLLER = Uid.of(0x7FF0, 1);
  private static final Uid LAMP = Uid.of(1, 2);
  private static final long TIMEOUT = 1_000;
  private static final byte[] NOTHING = {};

  private final List<RdmMessage> line = new ArrayList<>();
  private final List<RdmOutcome> outcomes = new ArrayList<>();
  private final RdmRequests requests =
      new RdmRequests(CONTROLLER, line::add, new RdmRequests.Patience(TIMEOUT, 3), 4);

  private void get(Pid pid) {
    assertThat(requests.get(LAMP, 0, pid.code(), NOTHING, outcomes::add, 0)).isTrue();
  }

  private byte[] answered() {
    return ((RdmOutcome.Answered) outcomes.getLast()).data();
  }

  @Test
  void anAnswerEndsARequestAndTheNextIsSent() {
    get(Pid.DEVICE_LABEL);
    get(Pid.DEVICE_INFO);
    assertThat(line).hasSize(1);

    requests.received(line.getFirst().answer(ResponseType.ACK, new byte[] {'a'}), 10);

    assertThat(answered()).containsExactly('a');
    assertThat(line).hasSize(2);
    assertThat(line.get(1).pid()).isEqualTo(Pid.DEVICE_INFO.code());
    assertThat(line.get(1).transaction()).isNotEqualTo(line.get(0).transaction());
  }

  @Test
  void aSilentDeviceIsAskedThreeTimes() {
    get(Pid.DEVICE_LABEL);
    for (long now = TIMEOUT; now <= 3 * TIMEOUT; now += TIMEOUT) {
      assertThat(outcomes).isEmpty();
      requests.tick(now);
    }

    assertThat(line).hasSize(3);
    assertThat(outcomes).containsExactly(new RdmOutcome.Silent());
    assertThat(requests.busy()).isFalse();
  }

  @Test
  void answersOfOthersAndOldOnesAreIgnored() {
    get(Pid.DEVICE_LABEL);
    RdmMessage first = line.getFirst();
    requests.tick(TIMEOUT);

    requests.received(first.answer(ResponseType.ACK, NOTHING), TIMEOUT);
    requests.received(
        RdmMessage.request(CONTROLLER, Uid.of(9, 9), 2, 0, CommandClass.GET, 0x82, NOTHING),
        TIMEOUT);

    assertThat(outcomes).isEmpty();
  }

  @Test
  void aRefusalSaysWhy() {
    get(Pid.LAMP_HOURS);
    requests.received(line.getFirst().refusal(NackReason.UNKNOWN_PID), 1);

    assertThat(outcomes).containsExactly(new RdmOutcome.Refused(0));
    assertThat(((RdmOutcome.Refused) outcomes.getFirst()).meaning()).contains("does not know");
  }

  @Test
  void piecesArePutTogether() {
    get(Pid.SUPPORTED_PARAMETERS);
    requests.received(line.getLast().answer(ResponseType.ACK_OVERFLOW, new byte[] {1, 2}), 1);
    requests.received(line.getLast().answer(ResponseType.ACK, new byte[] {3, 4}), 2);

    assertThat(answered()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void anAnswerThatComesLaterIsFetched() {
    requests.set(LAMP, 0, Pid.DMX_PERSONALITY.code(), new byte[] {2}, outcomes::add, 0);
    requests.received(line.getLast().answer(ResponseType.ACK_TIMER, new byte[] {0, 5}), 0);
    assertThat(requests.due()).isEqualTo(500_000_000L);
    requests.tick(499_999_999L);
    assertThat(line).hasSize(1);

    requests.tick(500_000_000L);
    RdmMessage asked = line.getLast();
    assertThat(asked.pid()).isEqualTo(Pid.QUEUED_MESSAGE.code());
    requests.received(
        new RdmMessage(
            CONTROLLER,
            LAMP,
            asked.transaction(),
            0,
            0,
            0,
            CommandClass.SET_RESPONSE,
            Pid.DMX_PERSONALITY.code(),
            NOTHING),
        500_000_001L);

    assertThat(answered()).isEmpty();
  }

  @Test
  void aBroadcastIsDoneAtOnceAndTooManyAreRefused() {
    requests.set(Uid.BROADCAST, 0, Pid.IDENTIFY_DEVICE.code(), new byte[] {0}, outcomes::add, 0);
    assertThat(outcomes).hasSize(1);
    for (int i = 0; i < 5; i++) {
      get(Pid.DEVICE_INFO);
    }

    assertThat(requests.get(LAMP, 0, 0x60, NOTHING, outcomes::add, 0)).isFalse();
  }

  @Test
  void aVirtualLampAnswersTheBasicParameters() {
    VirtualResponder lamp = new VirtualResponder(LAMP, "Par");
    for (Pid pid :
        List.of(
            Pid.DEVICE_INFO,
            Pid.DEVICE_MODEL_DESCRIPTION,
            Pid.DMX_START_ADDRESS,
            Pid.DMX_PERSONALITY,
            Pid.IDENTIFY_DEVICE)) {
      get(pid);
      requests.received(RdmMessage.decode(lamp.take(line.getLast()).orElseThrow()), 1);
      assertThat(pid.getResponse().fits(answered().length)).as(pid.name()).isTrue();
    }
    requests.set(LAMP, 0, Pid.DMX_START_ADDRESS.code(), ParameterData.u16(513), outcomes::add, 2);
    requests.received(RdmMessage.decode(lamp.take(line.getLast()).orElseThrow()), 2);
    assertThat(outcomes.getLast()).isEqualTo(new RdmOutcome.Refused(6));

    requests.set(LAMP, 0, Pid.DMX_START_ADDRESS.code(), ParameterData.u16(101), outcomes::add, 2);
    requests.received(RdmMessage.decode(lamp.take(line.getLast()).orElseThrow()), 2);
    assertThat(lamp.startAddress()).isEqualTo(101);
    assertThat(
            DeviceInfo.decode(
                RdmMessage.decode(
                        lamp.take(
                                RdmMessage.request(
                                    LAMP, CONTROLLER, 1, 0, CommandClass.GET, 0x60, NOTHING))
                            .orElseThrow())
                    .data()))
        .returns(101, DeviceInfo::startAddress)
        .returns(1, DeviceInfo::footprint);
  }
}
