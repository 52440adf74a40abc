package dev.clasp.security;

import com.code_intelligence.jazzer.junit.FuzzTest;

class PairingFuzzTest {

  @FuzzTest
  void anyBytesAreAMessageOrMalformed(byte[] json) {
    PairingProperties.check(json);
  }
}
