package dev.clasp.security;

import java.io.IOException;

/** Fetches a key set from elsewhere. Tests hand in their own. */
interface KeyFetcher {

  /** Its bytes. Blocks for seconds at most, and brings {@link JwtKeys#MAX_BYTES} at most. */
  byte[] fetch() throws IOException, InterruptedException;
}
