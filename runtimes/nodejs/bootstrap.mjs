// The same entry for who starts the runtime by the name Lambda gives it.
import './bootstrap.cjs';
