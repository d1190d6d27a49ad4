import java.io.FileInputStream;
import java.io.OutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Reads an archive as a stream, which checks sizes and sums, and prints name and size of each entry. */
public class Streamed {
    public static void main(String[] arguments) throws Exception {
        try (ZipInputStream zip = new ZipInputStream(new FileInputStream(arguments[0]))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                long size = zip.transferTo(OutputStream.nullOutputStream());
                System.out.println(entry.getName() + " " + size);
            }
        }
    }
}
