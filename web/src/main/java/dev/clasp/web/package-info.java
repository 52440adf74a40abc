/**
 * The address space for programs of the web that speak no CLASP: sessions by token, feeds, JSON,
 * the HTTP API (bridges.md 9).
 */
@NullMarked
package dev.clasp.web;

import org.jspecify.annotations.NullMarked;
