package io.lbdirector.director;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import ch.qos.logback.classic.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class OwnerThreadTest {
  @Test
  void shouldRunWhatIsPostedInOrderOnOneThread() {
    List<Integer> ran = new ArrayList<>();
    try (OwnerThread owner = new OwnerThread("test")) {
      IntStream.range(0, 1000).forEach(i -> owner.execute(() -> ran.add(i)));
      assertEquals("test", owner.ask(() -> Thread.currentThread().getName()).join());
    }
    assertEquals(IntStream.range(0, 1000).boxed().toList(), ran);
  }

  @Test
  void shouldLogEachTaskThatThrowsOnceAndGoOnWithTheSameThread() {
    try (LogLines log = new LogLines(OwnerThread.class);
        OwnerThread owner = new OwnerThread("test")) {
      Thread before = owner.ask(Thread::currentThread).join();
      owner.execute(
          () -> {
            throw new IllegalStateException("first");
          });
      owner.tell(
          () -> {
            throw new AssertionError("second");
          });
      assertSame(before, owner.ask(Thread::currentThread).join());
      assertEquals(
          List.of(
              "task failed, goes on thread=test error=\"IllegalStateException: first\"",
              "task failed, goes on thread=test error=\"AssertionError: second\""),
          log.at(Level.ERROR).stream().map(line -> line.replaceAll(" at=.*", "")).toList());
    }
  }

  @Test
  void shouldGiveAFailureToTheOneWhoAskedAndNotToTheLog() {
    try (LogLines log = new LogLines(OwnerThread.class);
        OwnerThread owner = new OwnerThread("test")) {
      IllegalStateException failure = new IllegalStateException("no answer");
      CompletionException e =
          assertThrows(
              CompletionException.class,
              () ->
                  owner
                      .ask(
                          () -> {
                            throw failure;
                          })
                      .join());
      assertSame(failure, e.getCause());
      assertEquals(List.of(), log.at(Level.ERROR));
    }
  }

  @Test
  void shouldRefuseQuestionsAndIgnoreNewsAfterTheClose() {
    List<String> ran = new ArrayList<>();
    OwnerThread owner = new OwnerThread("test");
    owner.execute(() -> ran.add("before"));
    owner.close();
    owner.tell(() -> ran.add("news"));
    assertThrows(RejectedExecutionException.class, () -> owner.execute(() -> ran.add("task")));
    assertThrows(RejectedExecutionException.class, () -> owner.ask(() -> ran.add("question")));
    assertEquals(List.of("before"), ran);
  }
}
