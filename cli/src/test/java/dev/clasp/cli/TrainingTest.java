package dev.clasp.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrainingTest {

  @Test
  void everyCommandOfTheTrainingRunSucceeds() throws Exception {
    assertThat(Training.train()).isTrue();
  }
}
