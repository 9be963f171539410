package io.lbdirector.bench.director;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.config.ConfigException;
import io.lbdirector.config.ConfigLoader;
import io.lbdirector.config.DirectorConfig;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ConfigTextTest {
  private static List<DirectorConfig.Table> tables(byte[] toml) throws ConfigException {
    return ConfigLoader.load(toml, "test").tables();
  }

  @Test
  void shouldChangeExactlyTheTableOfTheEdit() throws ConfigException {
    ConfigText text = new ConfigText(7, 3);
    List<DirectorConfig.Table> before = tables(text.afterEdit(0));
    for (int edit = 1; edit <= 600; edit++) {
      List<DirectorConfig.Table> after = tables(text.afterEdit(edit));
      List<DirectorConfig.Table> last = before;
      List<Integer> changed =
          IntStream.range(0, 7).filter(i -> !after.get(i).equals(last.get(i))).boxed().toList();
      assertEquals(List.of(edit % 7), changed, "edit " + edit);
      before = after;
    }
  }

  @Test
  void shouldGiveOneBindPerTable() throws ConfigException {
    for (byte[] toml :
        List.of(new ConfigText(3, 2).afterEdit(5), new ConfigText(3, 2).overIpv6())) {
      assertEquals(
          List.of(1, 1, 1), tables(toml).stream().map(table -> table.binds().size()).toList());
    }
  }

  @Test
  void shouldAddOneWideBindToTheLastTable() throws ConfigException {
    byte[] toml = new ConfigText(2, 1).withWideBind("203.0.112.0/24", "400-499");
    assertEquals(
        List.of("tcp 203.0.113.2:443", "tcp 203.0.112.0/24:400-499"),
        tables(toml).get(1).binds().stream().map(bind -> bind.bind().toString()).toList());
  }
}
