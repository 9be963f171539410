package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

@ExtendWith(LeakCheck.class)
class LibbpfLogTest {
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.lbdirector.bpf.libbpf");
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    logger.addAppender(log);
    logger.setAdditive(false);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(log);
    logger.setAdditive(true);
    logger.setLevel(null);
  }

  @Test
  void shouldLogAtDebugWhatLibbpfPrints() {
    logger.setLevel(Level.DEBUG);
    loadRejected();
    assertTrue(
        lines().contains("libbpf: prog 'toy_bad': BPF program load failed: Permission denied"),
        lines().toString());
    assertTrue(
        lines().contains("libbpf: loading object 'rejected' from buffer"), lines().toString());
    assertTrue(log.list.stream().allMatch(event -> event.getLevel() == Level.DEBUG));
  }

  @Test
  void shouldLogNothingAboveDebug() {
    logger.setLevel(Level.INFO);
    loadRejected();
    assertEquals(List.of(), lines());
  }

  @Test
  void shouldForgetTheWarningsOfTheLoadBefore() {
    loadRejected();
    assertEquals("", LibbpfLog.warnings());
    assertEquals("", LibbpfLog.listen(LibbpfLog::warnings));
  }

  @Test
  void shouldLetNothingThrownOutOfTheCallback() {
    ListAppender<ILoggingEvent> broken =
        new ListAppender<>() {
          @Override
          public void doAppend(ILoggingEvent event) {
            throw new AssertionError("appender is broken");
          }
        };
    logger.setLevel(Level.DEBUG);
    logger.addAppender(broken);
    try {
      loadRejected();
    } finally {
      logger.detachAppender(broken);
    }
  }

  private void loadRejected() {
    try (BpfObject object = BpfObject.open("rejected", ToyObjects.elf("rejected"))) {
      BpfException e = assertThrows(BpfException.class, object::load);
      assertTrue(e.getMessage().contains("toy_bad"), e.getMessage());
    }
  }

  private List<String> lines() {
    return log.list.stream().map(e -> e.getKeyValuePairs().get(0).value.toString()).toList();
  }
}
