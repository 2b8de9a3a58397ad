/* Ends: what is measured is all that goes before and after. */
int main(void) { return 0; }
