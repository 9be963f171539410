package io.lbdirector.os;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ErrnoTest {
  /** From {@code errno -l}; one before and one after each gap of the list. */
  @ParameterizedTest
  @CsvSource({
    "0, errno",
    "-1, errno",
    "1, EPERM",
    "11, EAGAIN",
    "19, ENODEV",
    "22, EINVAL",
    "40, ELOOP",
    "41, errno",
    "42, ENOMSG",
    "57, EBADSLT",
    "58, errno",
    "59, EBFONT",
    "71, EPROTO",
    "95, EOPNOTSUPP",
    "100, ENETDOWN",
    "105, ENOBUFS",
    "110, ETIMEDOUT",
    "113, EHOSTUNREACH",
    "133, EHWPOISON",
    "134, errno"
  })
  void shouldNameNumbersAsLinuxDoes(int number, String name) {
    assertEquals(name, Errno.name(number));
  }

  @Test
  void shouldNumberTheConstantsAsTheNames() throws IllegalAccessException {
    int constants = 0;
    for (Field field : Errno.class.getDeclaredFields()) {
      if (field.getType() == int.class) {
        assertEquals(field.getName(), Errno.name(field.getInt(null)));
        constants++;
      }
    }
    assertTrue(constants > 10, constants + " constants");
  }

  @Test
  void shouldDescribeByNameAndNumber() {
    assertEquals("EBUSY (16)", Errno.describe(16));
    assertEquals("errno 4242", Errno.describe(4242));
  }
}
