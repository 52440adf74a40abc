package dev.clasp.bench;

import java.io.IOException;
import java.io.OutputStream;

/** How a report can be written. */
public enum ReportFormat {
  /** Tables for people. */
  TEXT {
    @Override
    public void write(BenchReport report, OutputStream out) throws IOException {
      TextReport.write(report, out);
    }
  },
  /** Everything; what {@link Baseline} reads. */
  JSON {
    @Override
    public void write(BenchReport report, OutputStream out) throws IOException {
      JsonReport.write(report, out);
    }
  },
  /** One line for each figure of each run (RFC 4180). */
  CSV {
    @Override
    public void write(BenchReport report, OutputStream out) throws IOException {
      CsvReport.write(report, out);
    }
  };

  /** Writes a report in UTF-8 and flushes; does not close. */
  public abstract void write(BenchReport report, OutputStream out) throws IOException;
}
