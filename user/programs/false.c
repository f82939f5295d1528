// false: ends with status 1, whatever its arguments are.
int main(void)
{
	return 1;
}
