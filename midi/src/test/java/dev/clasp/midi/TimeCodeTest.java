package dev.clasp.midi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.clasp.midi.MidiMessage.SysEx;
import dev.clasp.midi.MidiMessage.TimeCodeQuarter;
import dev.clasp.midi.TimeCode.Rate;
import dev.clasp.midi.TimeCodeReader.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TimeCodeTest {

  private static TimeCode time(int h, int m, int s, int f, Rate rate) {
    return new TimeCode(h, m, s, f, rate);
  }

  @ParameterizedTest
  @EnumSource(Rate.class)
  void everyFrameOfADayHasItsNumber(Rate rate) {
    long day = TimeCode.day(rate);
    for (long number = 0; number < day; number += 7) {
      assertThat(TimeCode.of(number, rate).frameNumber()).isEqualTo(number);
    }
    assertThat(TimeCode.of(day, rate)).isEqualTo(time(0, 0, 0, 0, rate));
    assertThat(TimeCode.of(-1, rate)).isEqualTo(time(23, 59, 59, rate.frames() - 1, rate));
  }

  @Test
  void dropFrameLeavesOutNumbers() {
    TimeCode last = time(0, 0, 59, 29, Rate.FPS_30_DROP);
    assertThat(last.plus(1)).isEqualTo(time(0, 1, 0, 2, Rate.FPS_30_DROP));
    assertThat(last.plus(1)).hasToString("00:01:00;02");
    assertThat(time(0, 9, 59, 29, Rate.FPS_30_DROP).plus(1))
        .isEqualTo(time(0, 10, 0, 0, Rate.FPS_30_DROP));
    assertThatThrownBy(() -> time(0, 1, 0, 1, Rate.FPS_30_DROP))
        .hasMessage("drop-frame time code has no frame 1 in minute 1, second 0");
    // An hour on the clock on the wall, but for 3.6 ms.
    assertThat(time(1, 0, 0, 0, Rate.FPS_30_DROP).nanos())
        .isBetween(3_599_996_000_000L, 3_599_997_000_000L);
  }

  @Test
  void aFullFrameIsWrittenAndRead() {
    SysEx message = time(1, 2, 3, 4, Rate.FPS_25).fullFrame(127);
    assertThat(Messages.hex(message.framed())).isEqualTo("F0 7F 7F 01 01 21 02 03 04 F7");
    assertThat(TimeCode.ofFullFrame(message)).contains(time(1, 2, 3, 4, Rate.FPS_25));
    assertThat(TimeCode.ofFullFrame(new SysEx(Messages.hex("7F 7F 01 01 18 00 00 00")))).isEmpty();
    assertThat(TimeCode.ofFullFrame(new SysEx(Messages.hex("7F 7F 01 02 00 00 00 00")))).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Rate.class)
  void quarterFramesBecomeEveryFrame(Rate rate) {
    TimeCode start = time(0, 59, 58, 20, rate);
    TimeCodeSchedule schedule = new TimeCodeSchedule(start, 1000, false);
    TimeCodeReader reader = new TimeCodeReader(0);
    List<TimeCode> times = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      long now = schedule.next();
      Optional<TimeCode> time = reader.quarter(schedule.take(), now);
      if (time.isPresent()) {
        times.add(time.get());
        assertThat(time.get()).isEqualTo(start.plus(i / 4));
        assertThat(reader.position(now)).isEqualTo(time);
        assertThat(schedule.position(now + 1000)).isEqualTo(time.get());
      }
      assertThat(reader.state(now)).isEqualTo(i < 8 ? State.LOST : State.RUNNING);
    }
    assertThat(times).hasSize(198);
  }

  @ParameterizedTest
  @EnumSource(Rate.class)
  void timeGoesBackToo(Rate rate) {
    TimeCode start = time(1, 0, 1, 0, rate);
    TimeCodeSchedule schedule = new TimeCodeSchedule(start, 0, true);
    TimeCodeReader reader = new TimeCodeReader(0);
    List<TimeCode> times = new ArrayList<>();
    for (int i = 0; i < 800; i++) {
      long now = schedule.next();
      reader.quarter(schedule.take(), now).ifPresent(times::add);
      if (i >= 8) {
        assertThat(reader.state(now)).isEqualTo(State.REVERSE);
      }
    }
    assertThat(times.getFirst()).isEqualTo(start);
    for (int i = 0; i < times.size(); i++) {
      assertThat(times.get(i)).isEqualTo(start.plus(-i));
    }
    assertThat(times).hasSizeGreaterThan(190);
  }

  @Test
  void aPieceThatIsMissingBeginsAnew() {
    TimeCodeSchedule schedule = new TimeCodeSchedule(time(0, 0, 0, 0, Rate.FPS_25), 0, false);
    TimeCodeReader reader = new TimeCodeReader(0);
    List<TimeCode> times = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      long now = schedule.next();
      TimeCodeQuarter quarter = schedule.take();
      if (i != 18) {
        reader.quarter(quarter, now).ifPresent(times::add);
      }
    }
    // Known at 8, 12 and 16; then not before 7 has come in a row again, at 26: 31, so at 32 and 36.
    assertThat(times.stream().map(TimeCode::frames)).containsExactly(2, 3, 4, 8, 9);
  }

  @Test
  void itRunsOnForAWhileAndIsLost() {
    TimeCodeReader reader = new TimeCodeReader(500_000_000);
    TimeCodeSchedule schedule = new TimeCodeSchedule(time(0, 0, 0, 0, Rate.FPS_25), 0, false);
    long now = 0;
    for (int i = 0; i < 17; i++) {
      now = schedule.next();
      reader.quarter(schedule.take(), now);
    }
    assertThat(reader.state(now)).isEqualTo(State.RUNNING);
    assertThat(reader.state(now + 200_000_000)).isEqualTo(State.FREEWHEEL);
    assertThat(reader.position(now + 200_000_000)).contains(time(0, 0, 0, 9, Rate.FPS_25));
    assertThat(reader.state(now + 600_000_000)).isEqualTo(State.LOST);
    reader.fullFrame(time(2, 0, 0, 0, Rate.FPS_30).fullFrame(1), now);
    assertThat(reader.state(now + 1_000_000_000_000L)).isEqualTo(State.LOCATED);
    assertThat(reader.position(now + 1_000_000_000_000L)).contains(time(2, 0, 0, 0, Rate.FPS_30));
  }
}
