package io.lbdirector.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.lbdirector.bpf.BpfProgram.TestRunOptions;
import io.lbdirector.bpf.BpfProgram.XdpMd;
import io.lbdirector.os.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares what we know of C structs and constants with the headers of this system. */
class CLayoutTest {
  private final Map<String, Long> expected = new LinkedHashMap<>();

  @TempDir private Path folder;

  @Test
  void shouldLayOutOptionStructsAsLibbpfDoes() throws IOException {
    struct("bpf_object_open_opts", BpfObject.OpenOptions.SIZE)
        .field("object_name", BpfObject.OpenOptions.OBJECT_NAME);
    struct("bpf_map_create_opts", BpfMap.CreateOptions.SIZE)
        .field("inner_map_fd", BpfMap.CreateOptions.INNER_MAP_FD)
        .field("map_flags", BpfMap.CreateOptions.MAP_FLAGS);
    struct("bpf_link_create_opts", XdpLink.LinkOptions.SIZE)
        .field("flags", XdpLink.LinkOptions.FLAGS);
    struct("bpf_test_run_opts", TestRunOptions.SIZE)
        .field("data_in", TestRunOptions.DATA_IN)
        .field("data_out", TestRunOptions.DATA_OUT)
        .field("data_size_in", TestRunOptions.DATA_SIZE_IN)
        .field("data_size_out", TestRunOptions.DATA_SIZE_OUT)
        .field("ctx_in", TestRunOptions.CTX_IN)
        .field("ctx_size_in", TestRunOptions.CTX_SIZE_IN)
        .field("retval", TestRunOptions.RETVAL)
        .field("repeat", TestRunOptions.REPEAT)
        .field("duration", TestRunOptions.DURATION);
    assertAgreesWithHeaders();
  }

  @Test
  void shouldLayOutKernelStructsAsTheKernelDoes() throws IOException {
    struct("xdp_md", XdpMd.SIZE)
        .field("data_end", XdpMd.DATA_END)
        .field("ingress_ifindex", XdpMd.INGRESS_IFINDEX);
    fields("__sk_buff").field("mark", BpfProgram.SkBuff.MARK);
    fields("bpf_map_info")
        .field("type", 0)
        .field("id", ObjectInfo.ID)
        .field("key_size", ObjectInfo.MAP_KEY_SIZE)
        .field("value_size", ObjectInfo.MAP_VALUE_SIZE)
        .field("max_entries", ObjectInfo.MAP_MAX_ENTRIES)
        .field("map_flags", ObjectInfo.MAP_FLAGS)
        .field("name", ObjectInfo.MAP_NAME);
    fields("bpf_prog_info")
        .field("type", 0)
        .field("id", ObjectInfo.ID)
        .field("tag", ObjectInfo.PROGRAM_TAG)
        .field("jited_prog_len", ObjectInfo.PROGRAM_JITED_SIZE)
        .field("nr_map_ids", ObjectInfo.PROGRAM_MAP_COUNT)
        .field("map_ids", ObjectInfo.PROGRAM_MAP_IDS)
        .field("name", ObjectInfo.PROGRAM_NAME);
    fields("bpf_link_info")
        .field("type", 0)
        .field("id", ObjectInfo.ID)
        .field("prog_id", ObjectInfo.LINK_PROGRAM_ID)
        .field("xdp.ifindex", ObjectInfo.LINK_XDP_IFINDEX);
    fields("statfs").field("f_type", 0);
    expected.put("sizeof(struct statfs)", 8L * BpfFs.STATFS_LONGS);
    assertAgreesWithHeaders();
  }

  @Test
  void shouldNumberThingsAsTheHeadersDo() throws IOException {
    for (MapType type : MapType.values()) {
      expected.put("BPF_MAP_TYPE_" + type, (long) type.number());
    }
    for (long errno = 1; errno < BpfErrno.ENOTSUPP; errno++) { // which no header has
      long number = errno;
      Errno.tryName((int) errno).ifPresent(name -> expected.put(name, number));
    }
    for (String name : BpfErrno.LIBBPF_NAMES) {
      expected.put(name, (long) BpfErrno.FIRST_OF_LIBBPF + BpfErrno.LIBBPF_NAMES.indexOf(name));
    }
    for (BpfMap.Mode mode : BpfMap.Mode.values()) {
      expected.put("BPF_" + mode, (long) mode.ordinal());
    }
    expected.put("BPF_F_NO_PREALLOC", (long) MapSpec.NO_PREALLOC);
    expected.put("BPF_F_RDONLY_PROG", (long) MapSpec.RDONLY_PROG);
    expected.put("BPF_F_MMAPABLE", (long) MapSpec.MMAPABLE);
    expected.put("BPF_F_INNER_MAP", (long) MapSpec.INNER_MAP);
    expected.put("BPF_OBJ_NAME_LEN", MapSpec.MAX_NAME + 1L);
    expected.put("BPF_FS_MAGIC", BpfFs.BPF_FS_MAGIC);
    expected.put("BPF_LINK_TYPE_XDP", (long) ObjectInfo.LINK_TYPE_XDP);
    expected.put("BPF_XDP", (long) XdpLink.BPF_XDP);
    expected.put("XDP_FLAGS_DRV_MODE", (long) XdpLink.Mode.NATIVE.flag());
    expected.put("XDP_FLAGS_SKB_MODE", (long) XdpLink.Mode.GENERIC.flag());
    expected.put("F_DUPFD_CLOEXEC", (long) Fd.F_DUPFD_CLOEXEC);
    expected.put("MAP_SHARED", (long) BpfMap.MAP_SHARED);
    expected.put("IF_NAMESIZE", (long) XdpLink.IF_NAME_SIZE);
    assertAgreesWithHeaders();
  }

  private Struct struct(String name, int size) {
    expected.put("sizeof(struct " + name + ")", (long) size);
    return new Struct(name);
  }

  /** A struct of which the beginning is enough. */
  private Struct fields(String name) {
    return new Struct(name);
  }

  private void assertAgreesWithHeaders() throws IOException {
    Path source = folder.resolve("layout.c");
    Path program = folder.resolve("layout");
    Files.writeString(source, source());
    Commands.run("cc", "-w", "-o", program.toString(), source.toString());
    Map<String, Long> actual = new LinkedHashMap<>();
    Commands.run(program.toString())
        .lines()
        .map(line -> line.split("\t"))
        .forEach(pair -> actual.put(pair[0], Long.parseLong(pair[1])));
    assertEquals(actual, expected);
  }

  private String source() {
    StringBuilder source = new StringBuilder("#define _GNU_SOURCE\n");
    for (String header :
        new String[] {
          "stdio.h",
          "stddef.h",
          "errno.h",
          "fcntl.h",
          "net/if.h",
          "sys/mman.h",
          "sys/vfs.h",
          "linux/magic.h",
          "linux/if_link.h",
          "bpf/bpf.h",
          "bpf/libbpf.h"
        }) {
      source.append("#include <").append(header).append(">\n");
    }
    source.append("int main(void) {\n");
    for (String expression : expected.keySet()) {
      source.append(
          "printf(\"%s\\t%%lld\\n\", (long long)(%s));%n".formatted(expression, expression));
    }
    return source.append("return 0; }\n").toString();
  }

  private final class Struct {
    private final String name;

    Struct(String name) {
      this.name = name;
    }

    Struct field(String field, int offset) {
      expected.put("offsetof(struct %s, %s)".formatted(name, field), (long) offset);
      return this;
    }
  }
}
