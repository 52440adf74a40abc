package dev.clasp.osc;

/** What one datagram, or one frame of a stream, carries. */
public sealed interface OscPacket permits OscMessage, OscBundle {}
