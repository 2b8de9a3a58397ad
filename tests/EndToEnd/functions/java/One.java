package layer;

public final class One {
    public static final String WHO = "java/lib";

    private One() {
    }
}
