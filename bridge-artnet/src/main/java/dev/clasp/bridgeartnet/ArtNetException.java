package dev.clasp.bridgeartnet;

/** Bytes that are no packet of Art-Net; says why. */
final class ArtNetException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ArtNetException(String message) {
    super(message);
  }
}
